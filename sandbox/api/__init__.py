"""The public REST API, composed from the apps."""
