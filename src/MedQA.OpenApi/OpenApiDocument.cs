using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Web.Contracts;
using MedQA.Web.Requests;
using MedQA.Web.Routing;

namespace MedQA.OpenApi;

/// <summary>Generates the OpenAPI document from the route table, the contracts of its routes, and the types of their JSON.</summary>
internal static class OpenApiDocument
{
    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The tags by the beginnings of paths, in the order of the document. The first that fits counts.</summary>
    private static readonly (string Path, string Tag, string About)[] Tags =
    [
        ("api/runs/{run}/answers", "Answers", "What the model answered, question by question."),
        ("api/runs/{run}/report", "Results", "Reports, files and comparisons of runs."),
        ("api/runs/{run}/files", "Results", ""),
        ("api/compare", "Results", ""),
        ("api/runs", "Runs", "Start, watch and control runs."),
        ("api/estimates", "Runs", ""),
        ("api/studies", "Studies", "Studies of human ratings."),
        ("api/rubrics", "Studies", ""),
        ("api/rating", "Rating", "Operations for raters, opened by the rater's link."),
        ("api/", "Catalog", "Profiles, models, rubrics and published results."),
        ("", "Service", "The service itself."),
    ];

    private const string Lines = "application/x-ndjson";

    private static readonly ApiParameter Range = Header("Range", "The byte range to return: `bytes=1000-`");

    private static readonly ApiParameter IfRange = Header(
        "If-Range",
        "The strong ETag of the partly downloaded file. The whole file is sent if it has changed, or if the header is a date, a weak tag "
            + "or anything else");

    private static readonly ApiParameter IfNoneMatch = Header("If-None-Match", "The ETag of the response that the caller has");

    /// <summary>Returns the document's text.</summary>
    public static string Write()
    {
        var schemas = new OpenApiSchemas();
        var paths = new JsonObject();
        foreach (var path in ApiRoutes.All.GroupBy(static route => route.Path))
        {
            paths[$"/{path.Key}"] = Object(path.Select(route =>
                (route.Method.ToLowerInvariant(), (JsonNode?)Operation(route, route.Contract!, schemas))));
        }

        schemas.Reference(WebJson.Default.ProblemDetails);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "MedQA",
                ["version"] = "1",
                ["summary"] = "Answers sets of medical questions with a language model and scores the answers.",
                ["description"] = "The answers measure a model; they are not medical advice. Errors are problem details (RFC 9457). "
                    + "`medqa serve` needs no sign-in and serves this machine only; in Azure, callers sign in with Entra ID or send a key, "
                    + "and an operation's `x-role` is the role that it requires. Null values are omitted from the JSON, except in profiles "
                    + "and in lists of numbers.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray(
            [
                .. Tags.DistinctBy(static row => row.Tag)
                    .Select(static row => new JsonObject { ["name"] = row.Tag, ["description"] = row.About }),
            ]),
            ["security"] = new JsonArray(
                new JsonObject(),
                new JsonObject { ["key"] = new JsonArray() },
                new JsonObject { ["entra"] = new JsonArray() }),
            ["paths"] = paths,
            ["webhooks"] = new JsonObject { ["runEnded"] = new JsonObject { ["post"] = RunEnded(schemas) } },
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.ToJson(),
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-medqa-key" },
                    ["entra"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" },
                },
            },
        }.ToJsonString(Written) + "\n";
    }

    private static JsonObject Operation(ApiRoute route, ApiContract contract, OpenApiSchemas schemas)
    {
        var operation = new JsonObject
        {
            ["operationId"] = route.Name,
            ["tags"] = new JsonArray(Tags.First(row => route.Path.StartsWith(row.Path, StringComparison.Ordinal)).Tag),
            ["summary"] = route.Summary,
            ["description"] = $"{route.Summary} {Callers(route.Role)}",
            ["x-role"] = route.Role.ToString(),
        };
        JsonNode[] parameters =
        [
            .. route.Path.Split('/').Where(static part => part.StartsWith('{')).Select(static part => PathParameter(part.Trim('{', '}'))),
            .. contract.Parameters.Select(Parameter),
            .. contract.IsConditional ? [Parameter(IfNoneMatch)] : (JsonNode[])[],
            .. contract.IsFile ? [Parameter(Range), Parameter(IfRange)] : (JsonNode[])[],
        ];
        if (parameters.Length > 0)
        {
            operation["parameters"] = new JsonArray(parameters);
        }

        if (contract.TakesQuestionSet)
        {
            operation["requestBody"] = new JsonObject
            {
                ["description"] = "A question set: CSV with a header, or any other format that samples/README.md lists. The format is "
                    + "detected from the content, not from the content type.",
                ["required"] = true,
                ["content"] = new JsonObject { ["text/csv"] = Content(Bytes()), ["application/octet-stream"] = Content(Bytes()) },
            };
        }

        if (contract.TakesProfile)
        {
            operation["requestBody"] = new JsonObject
            {
                ["description"] = "A profile: JSON with `name` and `strategy`, and the fields of Profile that differ from the built-in "
                    + "profile of that strategy. An unknown field is an error.",
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["application/json"] = Content(new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("name", "strategy"),
                    }),
                },
            };
        }

        if (contract.Body is { } shape)
        {
            operation["requestBody"] = new JsonObject
            {
                ["description"] = "JSON in UTF-8. Generic content types (application/x-www-form-urlencoded, which `curl -d` sends, "
                    + "text/plain, application/octet-stream, none) are accepted too.",
                ["required"] = true,
                ["content"] = new JsonObject { ["application/json"] = Content(schemas.Reference(shape, isSent: true)) },
            };
        }

        operation["responses"] = Object(
        [
            .. contract.Answers.OrderBy(static answer => answer.Status)
                .Select(answer => ($"{answer.Status}", (JsonNode?)Answer(answer, contract, schemas))),
            .. route.IsChange ? ((string, JsonNode?)[])[] : [("304", Known(contract))],
            .. contract.IsFile ? [("206", Part(contract))] : ((string, JsonNode?)[])[],
            .. contract.Problems.GroupBy(static problem => problem.Status).OrderBy(static status => status.Key)
                .Select(static status => ($"{status.Key}", (JsonNode?)Problems(status))),
        ]);
        return operation;
    }

    private static JsonObject RunEnded(OpenApiSchemas schemas) => new()
    {
        ["operationId"] = "RunEnded",
        ["tags"] = new JsonArray("Runs"),
        ["summary"] = "A run has ended.",
        ["description"] = "Sent to the address of the run, if it has one, signed as Standard Webhooks 1.0.0 describes, and repeated until "
            + "the receiver takes it or 8 tries have failed. It can arrive more than once, each time with the same `webhook-id`.",
        ["parameters"] = new JsonArray(
            RequiredHeader("webhook-id", "The notice's id, the same for every try"),
            RequiredHeader("webhook-timestamp", "When this try was made, in seconds of Unix time"),
            RequiredHeader(
                "webhook-signature",
                "`v1,` and the base64 of the HMAC-SHA256 of id, timestamp and body, joined by full stops; one per secret, separated by "
                    + "spaces")),
        ["requestBody"] = new JsonObject
        {
            ["required"] = true,
            ["content"] = new JsonObject { ["application/json"] = Content(schemas.Reference(WebJson.Default.RunEndedNotice)) },
        },
        ["responses"] = new JsonObject
        {
            ["2XX"] = new JsonObject { ["description"] = "The notice is taken." },
            ["410"] = new JsonObject { ["description"] = "The notice is not wanted; it is not repeated." },
            ["default"] = new JsonObject { ["description"] = "The notice is repeated later, not before `Retry-After`." },
        },
        ["security"] = new JsonArray(),
    };

    private static JsonObject RequiredHeader(string name, string meaning) => Parameter(Header(name, meaning) with { IsRequired = true });

    private static JsonObject Known(ApiContract contract) => contract.IsConditional
        ? new JsonObject { ["description"] = "Not modified: the caller has this response already.", ["headers"] = Tag() }
        : new JsonObject { ["description"] = "If-None-Match is *, which matches every response." };

    private static JsonObject Answer(ApiAnswer answer, ApiContract contract, OpenApiSchemas schemas)
    {
        var response = new JsonObject { ["description"] = answer.Meaning };
        if (contract.IsConditional || contract.IsEdited)
        {
            response["headers"] = Tag();
        }

        if (!answer.Contents.IsEmpty)
        {
            response["content"] = Object(
                answer.Contents.Select(content => (content.MediaType, (JsonNode?)Format(content, contract, schemas))));
        }

        return response;
    }

    private static JsonObject Part(ApiContract contract) => new()
    {
        ["description"] = "The requested part of the file. Files with every sample are generated as they are read and always sent whole.",
        ["headers"] = Tag(),
        ["content"] = Object(contract.MediaTypes.Select(static type => (type, (JsonNode?)Content(Bytes())))),
    };

    private static JsonObject Problems(IGrouping<int, ApiProblem> problems)
    {
        var response = ProblemsOf(problems);
        if (problems.Key == 416)
        {
            response["headers"] = ResponseHeader("Content-Range", "The file's length: `bytes */1234`.");
        }

        return response;
    }

    private static JsonObject ProblemsOf(IEnumerable<ApiProblem> problems) => new()
    {
        ["description"] = string.Join(" ", problems.Select(static problem => $"`urn:medqa:{problem.Kind}`: {problem.Meaning}")),
        ["content"] = new JsonObject
        {
            ["application/problem+json"] = Content(new JsonObject { ["$ref"] = "#/components/schemas/ProblemDetails" }),
        },
        ["x-problems"] = new JsonArray([.. problems.Select(static problem => (JsonNode)$"urn:medqa:{problem.Kind}")]),
    };

    private static JsonObject Format(ApiContent format, ApiContract contract, OpenApiSchemas schemas)
    {
        var content = Content(format switch
        {
            _ when contract.IsFile => Bytes(),
            { MediaType: "application/vnd.apache.parquet" or "text/event-stream" or Lines } => Bytes(),
            { Shape: { } shape } => schemas.Reference(shape),
            { MediaType: "application/json" } => new JsonObject { ["type"] = "object" },
            _ => new JsonObject { ["type"] = "string" },
        });
        if (format is { MediaType: Lines, Shape: { } line })
        {
            // JSON lines are not one JSON value, and OpenAPI 3.1 has nothing like the itemSchema of 3.2.
            content["x-itemSchema"] = schemas.Reference(line);
        }

        return content;
    }

    private static JsonObject Content(JsonNode schema) => new() { ["schema"] = schema };

    /// <summary>Returns the schema of a binary body, or of one that is sent unchanged.</summary>
    private static JsonObject Bytes() => new() { ["type"] = "string", ["format"] = "binary" };

    private static string Callers(ApiRole role) => role switch
    {
        ApiRole.Anyone => "Open to everyone.",
        ApiRole.Rater => "Requires a rater's link.",
        _ => $"Requires the role {role} where callers have roles.",
    };

    private static JsonObject Tag() => ResponseHeader("ETag", "Changes with the response.");

    private static JsonObject ResponseHeader(string name, string meaning) => new()
    {
        [name] = new JsonObject { ["description"] = meaning, ["schema"] = new JsonObject { ["type"] = "string" } },
    };

    private static ApiParameter Header(string name, string meaning) => new(name, ApiParameterKind.Text, meaning) { IsHeader = true };

    private static JsonObject PathParameter(string name) => new()
    {
        ["name"] = name,
        ["in"] = "path",
        ["required"] = true,
        ["description"] = name switch
        {
            "run" => "The run's name: 16 characters",
            "question" => "The question's id, or dataset/id with the slash encoded as %2F",
            "file" => "The file's name",
            "profile" => "The profile's name",
            "study" => "The study's name: 16 characters",
            "rater" => "The rater's name within the study: r1, r2 …",
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "The path has a placeholder without a description."),
        },
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Parameter(ApiParameter parameter)
    {
        var schema = new JsonObject
        {
            ["type"] = parameter.Kind switch
            {
                ApiParameterKind.WholeNumber or ApiParameterKind.LongNumber => "integer",
                ApiParameterKind.Number => "number",
                ApiParameterKind.Switch => "boolean",
                _ => "string",
            },
        };
        if (parameter.Kind is ApiParameterKind.WholeNumber or ApiParameterKind.LongNumber)
        {
            schema["format"] = parameter.Kind == ApiParameterKind.LongNumber ? "int64" : "int32";
        }

        if (!parameter.Values.IsEmpty)
        {
            schema["enum"] = new JsonArray([.. parameter.Values.Select(static value => (JsonNode)value)]);
        }

        if (parameter.Least is { } least)
        {
            schema["minimum"] = least;
        }

        if (parameter.Most is { } most)
        {
            schema[parameter.Kind == ApiParameterKind.Text ? "maxLength" : "maximum"] = most;
        }

        return new JsonObject
        {
            ["name"] = parameter.Name,
            ["in"] = parameter.IsHeader ? "header" : "query",
            ["required"] = parameter.IsRequired,
            ["description"] = parameter.Meaning,
            ["schema"] = schema,
        };
    }

    private static JsonObject Object(IEnumerable<(string Name, JsonNode? Value)> fields) =>
        new(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value)));
}
