from . import test_demo_walk
