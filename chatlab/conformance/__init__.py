"""Is that a chatlab server? Cases for any server, in any language, aimed at an address.

`python -m chatlab.conformance udp 127.0.0.1:9999` runs them from a terminal. A program runs them by
`chatlab.conformance.udp.SUITE.run(address)` and `chatlab.conformance.tcp.SUITE.run(address)`.
"""
