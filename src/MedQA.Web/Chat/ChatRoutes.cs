using System.Collections.Immutable;
using MedQA.Web.Access;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MedQA.Web.Chat;

/// <summary>
/// The routes by which other tools ask the model as they ask OpenAI's chat completions. Hosts that have a model may offer them
/// (<see cref="Api.Asked"/>). Their shapes are OpenAI's, errors too, so they are no part of the documented API.
/// </summary>
public static class ChatRoutes
{
    private const string Kind = "urn:medqa:";
    private const string Bearer = "Bearer ";

    /// <summary>Every route.</summary>
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        new("ListChatModels", "GET", "v1/models", ApiRole.Reader, "Lists the model that can be asked.", ChatHandlers.ModelsAsync),
        new("CompleteChat", "POST", "v1/chat/completions", ApiRole.Runner, "Continues a chat.", ChatHandlers.CompleteAsync)
        {
            IsStored = false,
        },
    ];

    /// <summary>Takes the key from where clients of OpenAI send it, if it is not where ours do.</summary>
    internal static void TakeBearerKey(HttpRequest request)
    {
        var sent = request.Headers.Authorization.ToString();
        if (!request.Headers.ContainsKey(AccessPolicy.KeyHeader) && sent.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            request.Headers[AccessPolicy.KeyHeader] = sent[Bearer.Length..].Trim();
        }
    }

    /// <summary>Returns a result, a problem of one of these routes in the shape of OpenAI's errors.</summary>
    internal static IResult InTheirShape(bool isTheirs, IResult result) =>
        isTheirs && result is JsonHttpResult<ProblemDetails> { Value: { } problem }
            ? Results.Json(new ChatErrorBody(ErrorOf(problem)), ChatJson.Default.ChatErrorBody, statusCode: problem.Status)
            : result;

    private static ChatError ErrorOf(ProblemDetails problem) => problem.Status switch
    {
        StatusCodes.Status401Unauthorized => new(
            $"The key is missing or wrong. Send it as the API key (Authorization: Bearer KEY) or in the header {AccessPolicy.KeyHeader}.",
            "invalid_request_error",
            null,
            "invalid_api_key"),
        >= StatusCodes.Status500InternalServerError => new(problem.Detail, "server_error", problem.Parameter, CodeOf(problem)),
        _ => new(problem.Detail, "invalid_request_error", problem.Parameter, CodeOf(problem)),
    };

    private static string? CodeOf(ProblemDetails problem) => problem.Type[Kind.Length..].Replace('-', '_');
}
