# Who may do what, where and when: the roles of a project, as `rolec build` flattened them.
#
# Input, of which exactly one of `user`, `group` and `role` must be there, and `permission`:
#
#     {
#         "user": "alice@acme.example",              who asks: a user,
#         "group": "north_team",                     or a group, whose members all may what it may,
#         "role": "north_agent",                     or a role by itself
#         "permission": "routing:queue:edit",
#         "division": "north",                       the division of the object, if it is in one
#         "object": "Scripts/greeting",              the path of the object, if readers may be stated of it
#         "attributes": {"Queue.size": 12},          what conditions ask for: strings and numbers
#         "region": "us-east-1",                     without it, the default dates count
#         "day": "2026-03-23"                        without it, the last epoch counts
#     }
#
# Whoever asks for `data.rolec.reach` gives what is used in place of `permission`:
#
#     {
#         "endpoint": {"method": "GET", "path": "/queues/42"},     a request,
#         "topic": "queues.42",                                    or a topic,
#         "view": "Queues"                                         or the title of a view
#     }
#
# `null` is the same as nothing. Output:
#
#     data.rolec.allow        true or false
#     data.rolec.decision     {"allowed": true, "because": "granted", "role": ..., "through": ..., "scope": ...} and, where
#                             there is one, the `group`, the `application` of an old option, the `condition` and the `backfill`;
#                             `through` is `assignment`, `group`, `automatic`, `old-option` or `itself`;
#                             {"allowed": true, "because": "unconfigured", "application": ...};
#                             {"allowed": false, "because": ...} with `unknown-region`, `no-epoch`, `unknown-subject`,
#                             `unknown-permission`, `not-granted`, `other-divisions` (and a `role` that grants it there),
#                             `condition-failed` (and the `role` and the `condition`), `unknown-object` or `not-reader`
#
#     data.rolec.reach        {"allowed": true, "because": "open"}; {"allowed": true, "because": "granted", "permissions": [...]};
#                             {"allowed": false, "because": "missing", "permissions": [...], "any": ..., "self": ...}, where `any`
#                             says that one of them is enough, and `self` that people may use it for their own objects all the
#                             same; or {"allowed": false, "because": ...} with `unknown-region`, `no-epoch`, `no-such-surface` or
#                             `unstated`; and, where it is found, the `surface`
#
# What it reads stands in `data.rolec.bundle`: things by name, which refer to sets, scopes and conditions by number.
package rolec

import rego.v1

import data.rolec.bundle

default allow := false

allow if decision.allowed

# What comes first is told first. Nothing allows but what is found.
default decision := {"allowed": false, "because": "unknown-subject"}

decision := {"allowed": false, "because": "unknown-region"} if {
	not calendar
} else := {"allowed": false, "because": "no-epoch"} if {
	not epoch
} else := {"allowed": false, "because": "unknown-subject"} if {
	not subject
} else := {"allowed": false, "because": "unknown-permission"} if {
	not permission
} else := guarded(permission, answer(permission))

asked(key) := object.get(input, key, null)

permission := bundle.permissions[input.permission]

# --- When -------------------------------------------------------------------------------------------------------------

calendar := "0" if asked("region") == null

calendar := bundle.regions[input.region]

epochs := bundle.calendars[calendar]

epoch := count(epochs) - 1 if asked("day") == null

epoch := number if {
	is_day(input.day)
	some number, span in epochs
	begun(span, input.day)
	not over(span, input.day)
}

begun(span, _) if span.from == null

begun(span, day) if span.from <= day

over(span, day) if {
	span.until != null
	span.until <= day
}

# Days compare as their texts do, as long as they are days.
is_day(text) if {
	is_string(text)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, text)
	substring(text, 8, 2) >= "01"
	substring(text, 8, 2) <= last_of(substring(text, 0, 4), substring(text, 5, 2))
}

last_of(year, "02") := "29" if leap(year)

last_of(year, "02") := "28" if not leap(year)

last_of(_, month) := "30" if month in {"04", "06", "09", "11"}

last_of(_, month) := "31" if month in {"01", "03", "05", "07", "08", "10", "12"}

# The 1 before the year keeps its noughts from leading, and leaves the remainders as they are.
leap(year) if {
	number := to_number(concat("", ["1", year]))
	number % 4 == 0
	not common(number)
}

common(number) if {
	number % 100 == 0
	number % 400 != 0
}

# --- Who --------------------------------------------------------------------------------------------------------------

kinds := {kind | some kind in ["group", "role", "user"]; asked(kind) != null}

subject := bundle.users[input.user] if kinds == {"user"}

subject := bundle.groups[input.group] if kinds == {"group"}

subject := bundle.roles[input.role] if kinds == {"role"}

# The groups that a subject is in or is, by however many steps. A role by itself is in none.
lineage := subject.groups if kinds == {"user"}

lineage := array.concat([input.group], subject.groups) if kinds == {"group"}

lineage := [] if kinds == {"role"}

# The roles that a subject has, as far as they count for a permission. The scope `null` is everywhere.
held(_) := [{"role": input.role, "scope": null, "how": {"through": "itself"}}] if kinds == {"role"}

held(_) := of_groups if kinds == {"group"}

held(wanted) := array.concat(itself, array.concat(of_groups, automatic)) if {
	kinds == {"user"}
	not replaced(wanted)
}

held(wanted) := array.concat(itself, array.concat(automatic, of_options(wanted))) if {
	kinds == {"user"}
	replaced(wanted)
}

itself := [{"role": assigned[0], "scope": assigned[1], "how": {"through": "assignment"}} | some assigned in subject.assigned]

of_groups := [{"role": assigned[0], "scope": assigned[1], "how": {"through": "group", "group": group}} |
	some group in lineage
	some assigned in bundle.groups[group].assigned
]

automatic := [{"role": role, "scope": null, "how": {"through": "automatic"}} |
	some role in array.concat(bundle.automatic.all, automatic_of_creator)
]

default automatic_of_creator := []

automatic_of_creator := bundle.automatic.creator if subject.creator

# In an application, an old option stands for all that a user has through groups.
replaced(wanted) if {
	some option in subject.options
	wanted.applications[option[0]]
}

of_options(wanted) := [{"role": option[1], "scope": null, "how": {"through": "old-option", "application": option[0]}} |
	some option in subject.options
	wanted.applications[option[0]]
]

# --- What -------------------------------------------------------------------------------------------------------------

# The grants of a role, and what it has gained by now: set, scope, condition, backfill.
given(role) := array.concat(bundle.roles[role].grants, gained(role))

gained(role) := [[gain[0], gain[1], null, gain[2]] |
	some gain in bundle.roles[role].gains[calendar]
	gain[3] <= epoch
]

# All ways in which a subject has a permission, be it here or elsewhere.
ways(wanted) := [{"holding": holding, "grant": grant} |
	some holding in held(wanted)
	some grant in given(holding.role)
	bundle.sets[grant[0]][wanted.id]
]

# Those that lead here.
ways_here(wanted, all) := [way |
	some way in all
	covers(way.grant[1])
	assigned_here(wanted, way.holding.scope)
]

# What knows nothing of divisions holds wherever its role is assigned.
assigned_here(wanted, _) if wanted.unaware

assigned_here(_, scope) if scope == null

assigned_here(_, scope) if {
	scope != null
	covers(scope)
}

# The scope of everywhere has no list. A division that nobody knows is in no list.
covers(scope) if bundle.scopes[scope] == null

covers(scope) if bundle.scopes[scope][input.division]

answer(wanted) := found if {
	all := ways(wanted)
	here := ways_here(wanted, all)
	holding := [way | some way in here; holds(way.grant[2])]
	found := judged(wanted, all, here, holding)
}

judged(wanted, all, here, holding) := granted(holding[0]) if {
	count(holding) > 0
} else := {"allowed": false, "because": "condition-failed", "role": here[0].holding.role, "condition": failed} if {
	failed := bundle.conditions[here[0].grant[2]].text
} else := {"allowed": false, "because": "other-divisions", "role": all[0].holding.role} if {
	count(all) > 0
} else := {"allowed": true, "because": "unconfigured", "application": name} if {
	open_to_it := [own | some own in object.keys(wanted.applications); unconfigured(own)]
	name := open_to_it[0]
} else := {"allowed": false, "because": "not-granted"}

granted(way) := object.union(
	{"allowed": true, "because": "granted", "role": way.holding.role, "scope": divisions(way.grant[1])},
	object.union(way.holding.how, object.union(
		{"condition": bundle.conditions[number].text | number := way.grant[2]; number != null},
		{"backfill": name | name := way.grant[3]; name != null},
	)),
)

divisions(scope) := "all" if bundle.scopes[scope] == null

divisions(scope) := [division | some division in object.keys(bundle.scopes[scope])] if bundle.scopes[scope] != null

# An application may let a user do everything who holds nothing of it, in no division and under no condition.
unconfigured(name) if {
	bundle.applications[name].unconfigured
	kinds == {"user"}
	not holds_some(bundle.applications[name])
}

# `touching` are the sets that have some permission of the application.
holds_some(application) if {
	not subject.options
	some holding in held({})
	some grant in given(holding.role)
	application.touching[format_int(grant[0], 10)]
}

holds_some(application) if {
	subject.options
	some name in application.owns
	count(ways(bundle.permissions[name])) > 0
}

# --- On which object --------------------------------------------------------------------------------------------------

# Some objects keep a permission for their readers. Nobody may do it on an object that nobody knows.
guarded(wanted, found) := {"allowed": false, "because": "not-reader"} if {
	found.allowed
	object_asked := bundle.objects[input.object]
	some guard in object_asked.guards
	bundle.sets[guard][wanted.id]
	not reads(object_asked.readers)
} else := {"allowed": false, "because": "unknown-object"} if {
	found.allowed
	wanted.guarded
	asked("object") != null
	not bundle.objects[input.object]
} else := found

reads("all") := true

reads(readers) if {
	some group in lineage
	readers.groups[group]
}

reads(readers) if {
	some group in lineage
	not readers.all_except[group]
	readers.all_except
}

# --- On which condition -----------------------------------------------------------------------------------------------

# A condition is a list of tests, each of which says where to go on if it is met and where otherwise: to another test, by its
# number, or to an end, which is true or false. It holds if its start leads to true. So it may be nested as deeply as it
# likes, and a language without recursion can decide it.
holds(condition) if condition == null

holds(condition) if {
	condition != null
	jumps := bundle.conditions[condition]
	steps := {number: [next(test)] | some number, test in jumps.tests}
	true in graph.reachable(object.union({true: []}, steps), [jumps.start])
}

next(test) := test.then if {
	met(test)
} else := test.otherwise

# A variable compares with some value, or with what some other variable has.
met(test) if {
	some value in test.values
	compares(test.operator, input.attributes[test.variable], value)
}

met(test) if {
	some name in test.variables
	compares(test.operator, input.attributes[test.variable], input.attributes[name])
}

compares("==", left, right) if {
	is_string(left)
	is_string(right)
	left == right
}

compares(operator, left, right) if {
	is_number(left)
	is_number(right)
	orders(operator, left, right)
}

orders("==", left, right) if left == right

orders("<", left, right) if left < right

orders("<=", left, right) if left <= right

orders(">", left, right) if left > right

orders(">=", left, right) if left >= right

# --- Endpoints, topics and views --------------------------------------------------------------------------------------

default reach := {"allowed": false, "because": "no-such-surface"}

reach := {"allowed": false, "because": "unknown-region"} if {
	not calendar
} else := {"allowed": false, "because": "no-epoch"} if {
	not epoch
} else := object.union({"surface": surface.name}, reached(required))

reached("open") := {"allowed": true, "because": "open"}

reached("unstated") := {"allowed": false, "because": "unstated"}

reached(asked_for) := {"allowed": true, "because": "granted", "permissions": [name]} if {
	allowed := [one | some one in asked_for.any; may(one)]
	name := allowed[0]
} else := {"allowed": true, "because": "granted", "permissions": asked_for.all} if {
	count(asked_for.all) > 0
	every name in asked_for.all { may(name) }
} else := {
	"allowed": false, "because": "missing", "permissions": missing, "any": object.get(asked_for, "any", null) != null,
	"self": object.get(surface, "self", false),
} if {
	is_object(asked_for)
	missing := [name | some names in asked_for; some name in names; not may(name)]
}

may(name) if {
	subject
	wanted := bundle.permissions[name]
	guarded(wanted, answer(wanted)).allowed
}

# Before an enforcement begins, and where no day is known, its surfaces ask for what they formerly did.
required := surface.requires if {
	not surface.enforcement
} else := surface.requires if {
	begins
	asked("day") == null
} else := surface.requires if {
	begins <= input.day
} else := bundle.enforcements[surface.enforcement].formerly

begins := bundle.enforcements[surface.enforcement]["default"] if asked("region") == null

begins := bundle.enforcements[surface.enforcement].regions[input.region]

uses := {kind | some kind in ["endpoint", "topic", "view"]; asked(kind) != null}

surface := bundle.surfaces.view[input.view] if uses == {"view"}

surface := found[0] if {
	uses == {"topic"}
	found := fitting(bundle.surfaces.topic, split(input.topic, "."), ".")
}

surface := found[0] if {
	uses == {"endpoint"}
	path := before(before(input.endpoint.path, "?"), "#")
	found := fitting(bundle.surfaces.endpoint[input.endpoint.method], split(path, "/"), "/")
}

before(text, mark) := parts[0] if parts := split(text, mark)

# The templates that fit. Shapes stand in order: one goes first that is literal where another is not.
fitting(shapes, segments, separator) := [template |
	length := format_int(count(segments), 10)
	some shape in shapes[length]
	key := literals(shape, segments, separator)
	some template in shape.table[key]
	fits(template, segments)
]

literals(shape, segments, separator) := concat(separator, [segment |
	some place in shape.literals
	segment := segments[place]
])

fits(template, segments) if {
	every place in template.parameters { segments[place] != "" }
	every pattern in template.patterns { regex.match(pattern[1], segments[pattern[0]]) }
}
