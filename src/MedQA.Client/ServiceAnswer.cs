using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MedQA.Client;

/// <summary>
/// Reads what came in answer to a request. Whatever it is, the caller gets what was asked for or a <see cref="MedQAException"/> that says
/// who answered what.
/// </summary>
internal static class ServiceAnswer
{
    private const int MaxExcerptLength = 80;

    /// <summary>The body as a value.</summary>
    /// <exception cref="MedQAException">It is something else, or breaks off.</exception>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> shape, CancellationToken cancellationToken) =>
        Parse(await TextAsync(response, cancellationToken), shape, response);

    /// <summary>A text of the body as a value.</summary>
    /// <exception cref="MedQAException">It is something else.</exception>
    public static T Parse<T>(string text, JsonTypeInfo<T> shape, HttpResponseMessage response)
    {
        try
        {
            var value = JsonSerializer.Deserialize(text, (JsonTypeInfo<T>)ClientJson.Answered.GetTypeInfo(shape.Type));
            return value is not null && !HasHoles(value) ? value : throw new JsonException("null stands where an object should.");
        }
        catch (JsonException exception)
        {
            throw Unreadable(response, text, exception.Message, exception);
        }
    }

    /// <summary>Whether a list has items that are none, which no annotation of a type rules out.</summary>
    private static bool HasHoles<T>(T value) => value switch
    {
        RunList page => page.Runs.Contains(null!),
        AnswerPage page => page.Answers.Contains(null!),
        StudyList list => list.Studies.Contains(null!),
        Model[] models => models.Contains(null!),
        JsonElement[] objects => objects.Any(static item => item.ValueKind != JsonValueKind.Object),
        _ => false,
    };

    /// <summary>Refuses a body of another type than the one that was asked for.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="type">The media type; <c>*/*</c> for any.</param>
    /// <exception cref="MedQAException">It is of another type.</exception>
    public static void Expect(HttpResponseMessage response, string type)
    {
        // 204 has no body to be of any type.
        if (type != "*/*" && response.StatusCode != HttpStatusCode.NoContent && response.Content.Headers.ContentType?.MediaType != type)
        {
            throw new MedQAException($"{Who(response)}, where {type} was asked for. Is it the service, or something in front of it?");
        }
    }

    /// <summary>What an answer without success means.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="endpoint">What the caller gave for the service's address: where nothing is there, it may have too much of a
    /// path.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<MedQAException> ProblemAsync(HttpResponseMessage response, Uri endpoint, CancellationToken cancellationToken)
    {
        var text = await TextAsync(response, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is "application/problem+json")
        {
            try
            {
                if (JsonSerializer.Deserialize(text, ProblemJson.Any)
                    is { } details and not { Detail: null, Title: null })
                {
                    return new MedQAException(
                        response.StatusCode,
                        details.Type == "urn:medqa:unknown-address"
                            ? details with { Detail = $"{details.Detail}{Shorter(endpoint)}" }
                            : details);
                }
            }
            catch (JsonException)
            {
                // No problem that can be read: then it is said what there is instead.
            }
        }

        return new MedQAException(
            response.StatusCode,
            $"{Who(response)}{Excerpt(text)}.{(response.StatusCode == HttpStatusCode.NotFound ? Shorter(endpoint) : "")}");
    }

    /// <summary>The connection ended within the body.</summary>
    public static MedQAException BrokenOff(HttpResponseMessage response, Exception cause) =>
        new($"{Who(response)}, which broke off: {cause.GetBaseException().Message}", cause);

    /// <summary>Says that an endpoint has a path, which is right only where a service is behind one.</summary>
    private static string Shorter(Uri endpoint)
    {
        var (path, root) = (endpoint.AbsolutePath.TrimEnd('/'), endpoint.GetLeftPart(UriPartial.Authority));
        return path.Length == 0 ? ""
            : path.EndsWith(
                "/api",
                StringComparison.OrdinalIgnoreCase) ? $" The endpoint is {endpoint}: leave /api out, which is added to it; "
                    + $"{root}{path[..^4]} should do."
            : $" The endpoint is {endpoint}: is {root} meant, without a path?";
    }

    private static async Task<string> TextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            throw BrokenOff(response, exception);
        }
        catch (InvalidOperationException exception)
        {
            // A character set that there is not.
            throw new MedQAException($"{Who(response)} in letters that cannot be read: {exception.Message}", exception);
        }
    }

    private static MedQAException Unreadable(HttpResponseMessage response, string text, string why, Exception? cause) => new(
        $"The service's answer cannot be read: {Who(response)}{Excerpt(text)}. {why} Does this version of the client belong to it, and is "
            + "it the service at all?",
        cause);

    /// <summary>Which address answered with what. Queries stay out: they may hold what was searched for.</summary>
    private static string Who(HttpResponseMessage response)
    {
        var reason = string.IsNullOrWhiteSpace(response.ReasonPhrase) ? "" : $" ({response.ReasonPhrase})";
        return $"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path) ?? "The service"} answered with status "
            + $"{(int)response.StatusCode}{reason} and {response.Content.Headers.ContentType?.MediaType ?? "no content type"}";
    }

    private static string Excerpt(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length switch
        {
            0 => " without a body",
            <= MaxExcerptLength => $" '{line}'",
            _ => $" '{line.AsSpan(0, MaxExcerptLength)}…'",
        };
    }
}
