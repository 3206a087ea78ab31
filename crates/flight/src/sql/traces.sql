SELECT trace FROM trace
