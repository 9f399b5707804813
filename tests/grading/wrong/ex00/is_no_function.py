# expects: keep the function or the class
greet = "Hello"
