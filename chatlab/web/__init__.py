"""The TCP room for browsers that have nothing installed: a page, and a gateway between it and any TCP room."""
