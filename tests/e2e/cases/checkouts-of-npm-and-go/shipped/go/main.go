package main

import (
	"os"

	"example.org/greeting"
)

func main() { os.Stdout.WriteString(greeting.Version + "\n") }
