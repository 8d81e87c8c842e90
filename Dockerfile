# syntax=docker/dockerfile:1

# unleak in a small image, built from this checkout:
#
#   docker build -t unleak .
#   docker run --rm -v "$PWD:/repo:ro" unleak scan
#
# The images are named by tag. Whoever needs the same image forever pins their digests.

FROM golang:1.26-alpine AS build
RUN apk add --no-cache git
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The history gives the program its version; whose files they are makes no difference.
RUN git config --global --add safe.directory /src \
    && CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /unleak ./cmd/unleak

FROM alpine:3.22
# git: for URLs that are cloned over ssh or verified, and for remediate. A scan of a folder runs no program.
RUN apk add --no-cache ca-certificates git openssh-client-default \
    && adduser -D -u 10001 unleak
COPY --from=build /unleak /usr/local/bin/unleak
USER unleak
WORKDIR /repo
ENTRYPOINT ["unleak"]
CMD ["help"]
