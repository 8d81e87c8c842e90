package remediate

import "golang.org/x/sys/windows"

// writable says nothing beforehand: access lists are the system's to judge.
func writable(string) error { return nil }

// freeSpace returns how many bytes this user may still write to the file system of a folder.
func freeSpace(folder string) (int64, error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(min(free, 1<<62)), nil
}
