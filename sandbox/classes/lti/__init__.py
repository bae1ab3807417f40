"""LTI 1.3: learning platforms send people in, and get names, links and scores back.

The handshake, the signatures and the services are those of django-lti and PyLTI1p3; they are imported here
and nowhere else in the sandbox (and by the rows of ``models.lti``).
"""
