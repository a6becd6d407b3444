using MedQA.Web.Access;
using MedQA.Web.Dashboard;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Routing;

/// <summary>The route tables behind the question who asks: no host answers a row in another way.</summary>
/// <param name="api">What handlers work with.</param>
/// <param name="access">Who may call what.</param>
public sealed class GuardedApi(Api api, AccessPolicy access)
{
    /// <summary>Answers a request for a route, or refuses it; for a host that has a trigger per route.</summary>
    /// <param name="name">The route's name: <see cref="ApiRoute.Name"/>.</param>
    /// <param name="request">The request, with the values of the path's placeholders.</param>
    /// <exception cref="ArgumentException">There is no such route.</exception>
    public Task<IResult> AnswerAsync(string name, HttpRequest request) => AnswerAsync(
        ApiRoutes.All.Concat(DashboardRoutes.All).FirstOrDefault(route => route.Name == name)
            ?? throw new ArgumentException($"The route tables have no route '{name}'.", nameof(name)),
        request);

    /// <summary>Answers a request for a route, or refuses it.</summary>
    /// <param name="route">The route.</param>
    /// <param name="request">The request, with the values of the path's placeholders.</param>
    public async Task<IResult> AnswerAsync(ApiRoute route, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(route);
        ArgumentNullException.ThrowIfNull(request);
        if (access.Refuse(route.Role, request) is { } refusal)
        {
            ApiRoute.SetHeaders(request.HttpContext.Response.Headers);
            return refusal;
        }

        var path = request.RouteValues.ToDictionary(static value => value.Key, static value => value.Value?.ToString() ?? "");
        var asked = new ApiRequest(request, path) { Caller = access.CallerOf(request) };
        return await route.AnswerAsync(api, asked, request.HttpContext.RequestAborted);
    }
}
