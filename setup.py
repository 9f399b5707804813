"""Everything is said in pyproject.toml. Here is only what an editable install would leave out."""

from setuptools import Distribution, setup

# Before setuptools installs the data files of an editable install, it asks for `has_data`. It has `has_data_files`.
Distribution.has_data = Distribution.has_data_files  # type: ignore[attr-defined]
setup()
