#!/bin/sh
# The page of every web server in the playground: who greets whom.
printf 'Content-Type: text/plain\r\n\r\n'
echo "$GREETER greets ${REMOTE_ADDR#::ffff:}"
