"""The RESP server: connections, sessions and command dispatch over the embedded store."""
