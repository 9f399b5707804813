"""Of the lessons: their files, what their cells print, and what each of them would notice."""

import sys

# jsonschema, which nbformat imports, would build a grammar of Internet addresses (RFC 3987) of it: a second, in every
# process. It does without where this package is missing, and notebooks are not checked against it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
