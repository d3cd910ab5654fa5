"""Today."""

from pages._parts import open_desk

desk = open_desk()
