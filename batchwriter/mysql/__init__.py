"""Django's backend for MariaDB and MySQL, on whichever of several servers takes statements."""
