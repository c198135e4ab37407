"""Orders over a Strike bus: the connection to `strike-exec`.

    desk = Exec("tcp://127.0.0.1:5570", "my-strategy")
    desk.receive(wait=1.0)  # until desk.orders.is_ready
    client_id = desk.orders.place(order.PlaceOrder(...))
    while True:
        for update in desk.receive(wait=1.0):
            ...

A message is one frame, a `strike.v1.OrderRequest` or `OrderUpdate`. One thread.
"""

import math
import time

import zmq
from zmq.utils.monitor import recv_monitor_message

from strike_orders import Orders, Update

MOST_AT_ONCE = 256  # messages that one `receive` reads
HIGHEST_WATER = 10_000  # messages that wait for the connection; beyond, orders are rejected


class Exec:
    """A connection to one exec, which need not be there yet; it is found again when it comes back."""

    def __init__(self, endpoint: str, strategy: str) -> None:
        """@param endpoint `tcp://host:port` or `ipc://file`: `[exec] listen`
        @raises ValueError: it cannot be connected to, or the strategy's name is none that venues take"""
        self.orders = Orders(strategy, time.time_ns(), self._send)
        self._socket = zmq.Context.instance().socket(zmq.DEALER)
        for option, value in ((zmq.SNDHWM, HIGHEST_WATER), (zmq.RCVHWM, HIGHEST_WATER), (zmq.LINGER, 0),
                              (zmq.RECONNECT_IVL, 100), (zmq.RECONNECT_IVL_MAX, 5_000), (zmq.HEARTBEAT_IVL, 2_000),
                              (zmq.HEARTBEAT_TIMEOUT, 6_000),
                              (zmq.IMMEDIATE, 1)):  # queue for a connection, not for the hope of one
            self._socket.setsockopt(option, value)
        self._link = self._socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._link, zmq.POLLIN)
        try:
            self._socket.connect(endpoint)
        except zmq.ZMQError as fault:
            self.close()
            raise ValueError(f"endpoint '{endpoint}': {fault}; expected tcp://host:port or ipc://file") from None

    def receive(self, wait: float) -> list[Update]:
        """What became of the orders, after at most `wait` seconds."""
        told = self.orders.updates()  # what could not be sent
        if not self._poller.poll(0 if told else math.ceil(wait * 1000)):
            return told
        for _ in range(MOST_AT_ONCE):
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self.orders.read(frames[0] if len(frames) == 1 else b"")  # an empty message is malformed
        self._hear_of_link()  # behind the messages: an account told over the last connection is no answer over this one
        return told + self.orders.updates()

    def close(self) -> None:
        self._socket.disable_monitor()
        self._link.close()
        self._socket.close()

    def _hear_of_link(self) -> None:
        while self._link.poll(0):
            if recv_monitor_message(self._link)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self.orders.on_connected()
            else:
                self.orders.on_disconnected("exec went away, or is out of reach")

    def _send(self, message: bytes) -> bool:
        try:
            self._socket.send(message, zmq.NOBLOCK)
        except zmq.Again:  # not connected, or its queue is full
            return False
        return True
