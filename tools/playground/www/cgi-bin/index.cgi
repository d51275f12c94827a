#!/bin/sh
# The page of every web server in the playground: who greets whom.
printf 'Content-Type: text/plain\r\n\r\n'
# A server of both families writes [::1], and 192.0.2.1 as [::ffff:192.0.2.1].
client=${REMOTE_ADDR#[}
client=${client%]}
echo "$GREETER greets ${client#::ffff:}"
