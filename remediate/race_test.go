//go:build race

package remediate

const raceDetector = true
