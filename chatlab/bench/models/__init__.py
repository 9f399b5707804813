"""The three models of the TCP room under the same load, measured and drawn. Lesson 16 runs it."""
