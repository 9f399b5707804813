"""TLS (RFC 8446) for the TCP room: between the chat and a model on one side, between a client and its socket on the
other. `ssl` is slow to import, so this folder is imported once somebody wants TLS.
"""
