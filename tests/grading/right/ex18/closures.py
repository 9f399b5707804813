from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys


class Bridge:
    def __init__(self, server, publish, deliver, store):
        count, last, heard, elsewhere, waiting, state = [0], {}, {}, {}, [], {"up": True}

        def send(event):
            count[0] += 1
            publish((server, count[0], event))

        def both(event):
            deliver(event)
            if state["up"]:
                send(event)

        def free(nickname, owner):
            for key in lookalike_keys(nickname):
                store.delete(key, owner)

        def join(nickname):
            if not state["up"]:
                return False
            try:
                for key in lookalike_keys(nickname):
                    store.create(key, server)
            except KeyError as taken:
                for key in lookalike_keys(nickname):
                    if key == taken.args[0]:
                        break
                    store.delete(key, server)
                return False
            both(Joined(nickname))
            return True

        def leave(nickname):
            both(Left(nickname))
            free(nickname, server) if state["up"] else waiting.append(nickname)

        def hear(message, now):
            who, number, event = message
            if who != server:
                heard[who] = now
                if number > last.get(who, 0):
                    last[who] = number
                    if isinstance(event, Joined):
                        elsewhere[event.nickname] = who
                    if isinstance(event, Left):
                        elsewhere.pop(event.nickname, None)
                    if event is not None:
                        deliver(event)

        def tick(now):
            if state["up"]:
                send(None)
                for nickname in [n for n, who in elsewhere.items() if now - heard[who] >= 10]:
                    deliver(Left(nickname))
                    free(nickname, elsewhere.pop(nickname))

        def up(now):
            state["up"] = True
            for who in heard:
                heard[who] = now
            while waiting:
                send(Left(waiting[0]))
                free(waiting.pop(0), server)

        self.join, self.leave, self.hear, self.tick, self.up = join, leave, hear, tick, up
        self.say = lambda nickname, text: both(Said(nickname, text))
        self.down = lambda: state.update(up=False)
