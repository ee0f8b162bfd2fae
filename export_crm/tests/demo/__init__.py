from . import test_demo_stories, test_demo_walk
