using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MedQA.Client;

/// <summary>
/// Reads a response. The caller gets the requested value or a <see cref="MedQAException"/> that says which address returned what.
/// </summary>
internal static class ServiceAnswer
{
    private const int MaxExcerptLength = 80;

    /// <summary>Reads the body as a value.</summary>
    /// <exception cref="MedQAException">The body has another shape or is incomplete.</exception>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> shape, CancellationToken cancellationToken) =>
        Parse(await TextAsync(response, cancellationToken), shape, response);

    /// <summary>Parses text of the body as a value.</summary>
    /// <exception cref="MedQAException">The text has another shape.</exception>
    public static T Parse<T>(string text, JsonTypeInfo<T> shape, HttpResponseMessage response)
    {
        try
        {
            var value = JsonSerializer.Deserialize(text, (JsonTypeInfo<T>)ClientJson.Answered.GetTypeInfo(shape.Type));
            return value is not null && !HasHoles(value) ? value : throw new JsonException("Expected an object, but found null.");
        }
        catch (JsonException exception)
        {
            throw Unreadable(response, text, exception.Message, exception);
        }
    }

    /// <summary>Whether a list has null items, which nullability annotations cannot rule out.</summary>
    private static bool HasHoles<T>(T value) => value switch
    {
        RunList page => page.Runs.Contains(null!),
        AnswerPage page => page.Answers.Contains(null!),
        StudyList list => list.Studies.Contains(null!),
        Model[] models => models.Contains(null!),
        JsonElement[] objects => objects.Any(static item => item.ValueKind != JsonValueKind.Object),
        _ => false,
    };

    /// <summary>Throws if the body has another media type than requested.</summary>
    /// <param name="response">The response.</param>
    /// <param name="type">The media type; <c>*/*</c> for any.</param>
    /// <exception cref="MedQAException">The media type differs.</exception>
    public static void Expect(HttpResponseMessage response, string type)
    {
        // A 204 has no body and so no type.
        if (type != "*/*" && response.StatusCode != HttpStatusCode.NoContent && response.Content.Headers.ContentType?.MediaType != type)
        {
            throw new MedQAException($"{Who(response)}, but {type} was requested. Check that the endpoint is the service and not a proxy.");
        }
    }

    /// <summary>Returns the exception for an unsuccessful response.</summary>
    /// <param name="response">The response.</param>
    /// <param name="endpoint">The service's address as the caller gave it: after a 404, it may have a surplus
    /// path.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
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
                // The body is not a readable problem; the message describes the response instead.
            }
        }

        return new MedQAException(
            response.StatusCode,
            $"{Who(response)}{Excerpt(text)}.{(response.StatusCode == HttpStatusCode.NotFound ? Shorter(endpoint) : "")}");
    }

    /// <summary>Returns the exception for a body that ended early.</summary>
    public static MedQAException BrokenOff(HttpResponseMessage response, Exception cause) =>
        new($"{Who(response)}, but the body ended early: {cause.GetBaseException().Message}", cause);

    /// <summary>Hints that an endpoint has a path, which is right only if the service is behind one.</summary>
    private static string Shorter(Uri endpoint)
    {
        var (path, root) = (endpoint.AbsolutePath.TrimEnd('/'), endpoint.GetLeftPart(UriPartial.Authority));
        return path.Length == 0 ? ""
            : path.EndsWith(
                "/api",
                StringComparison.OrdinalIgnoreCase) ? $" The endpoint {endpoint} must not include /api, which the client adds; "
                    + $"use {root}{path[..^4]}."
            : $" The endpoint {endpoint} has a path; did you mean {root}?";
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
            // An unknown character set.
            throw new MedQAException($"{Who(response)} in an unreadable encoding: {exception.Message}", exception);
        }
    }

    private static MedQAException Unreadable(HttpResponseMessage response, string text, string why, Exception? cause) => new(
        $"The service's response cannot be read: {Who(response)}{Excerpt(text)}. {why} Check that the endpoint is the service and that "
            + "its version matches the client's.",
        cause);

    /// <summary>Describes which address returned what. Queries are left out because they may have search terms.</summary>
    private static string Who(HttpResponseMessage response)
    {
        var reason = string.IsNullOrWhiteSpace(response.ReasonPhrase) ? "" : $" ({response.ReasonPhrase})";
        return $"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path) ?? "The service"} responded with status "
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
