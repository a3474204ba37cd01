"""Bulk jobs: many rows carried out one after the other, durably, each as operations like any other."""
