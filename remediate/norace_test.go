//go:build !race

package remediate

const raceDetector = false
