"""The same 200 articles by the product, by bare loops and by general task queues."""
