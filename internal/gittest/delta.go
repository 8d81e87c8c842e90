package gittest

import "encoding/binary"

// Delta returns a delta (gitformat-pack, "Deltified representation") with the sizes
// and instructions given, true or not.
func Delta(baseSize, resultSize uint64, instructions ...[]byte) []byte {
	delta := binary.AppendUvarint(nil, baseSize)
	delta = binary.AppendUvarint(delta, resultSize)
	for _, instruction := range instructions {
		delta = append(delta, instruction...)
	}
	return delta
}

// Copy is the instruction to copy size bytes of the base from offset on. Size is
// below 1<<24; 0 means 1<<16, as the format has it.
func Copy(offset, size uint32) []byte {
	instruction := []byte{0x80}
	add := func(value uint32, bytes, firstBit int) {
		for i := range bytes {
			if part := byte(value >> (8 * i)); part != 0 {
				instruction[0] |= 1 << (firstBit + i)
				instruction = append(instruction, part)
			}
		}
	}
	add(offset, 4, 0)
	add(size, 3, 4)
	return instruction
}

// Insert is the instructions to insert data, 127 bytes at a time.
func Insert(data string) []byte {
	var instructions []byte
	for len(data) > 0 {
		n := min(len(data), 127)
		instructions = append(append(instructions, byte(n)), data[:n]...)
		data = data[n:]
	}
	return instructions
}
