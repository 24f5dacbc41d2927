"""OTHERS: one file per vendor. Empty until the first one is built."""
