"""What `manage.py demo` and `manage.py test` need to start things on one machine."""
