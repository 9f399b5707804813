"""setuptools as pyproject.toml asks for it, with the data files that an editable install would leave out."""

from setuptools import Distribution
from setuptools.build_meta import *  # noqa: F403  # a build backend is whatever functions it has (PEP 517)

# Before setuptools installs the data files of an editable install, it asks for `has_data`. It has `has_data_files`.
Distribution.has_data = Distribution.has_data_files  # type: ignore[attr-defined]  # of distutils, unknown to it
