//go:build !unix && !windows

package pack

import "os"

func mapFile(file *os.File, size int64) (*mapping, error) { return readFile(file, size) }
