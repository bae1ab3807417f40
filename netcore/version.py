"""The version of the engine."""

ENGINE_VERSION = "0.3.0"
"""Changes whenever an answer may change; a stored run says which engine gave it."""
