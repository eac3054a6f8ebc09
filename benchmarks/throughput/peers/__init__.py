"""General task queues at the same work, each from its own virtualenv."""
