"""A bad network for TCP: the bytes of a stream in other pieces, late, held up, or with an end that nobody asked for."""
