using MedQA.Web.Access;
using MedQA.Web.Dashboard;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Routing;

/// <summary>The route tables behind the access policy; every host answers routes through it.</summary>
/// <param name="api">The services that handlers use.</param>
/// <param name="access">The access policy.</param>
public sealed class GuardedApi(Api api, AccessPolicy access)
{
    /// <summary>Answers or refuses a request for a named route, for hosts with a trigger per route.</summary>
    /// <param name="name">The route's name: <see cref="ApiRoute.Name"/>.</param>
    /// <param name="request">The request, with the values of the path's placeholders.</param>
    /// <exception cref="ArgumentException">The route does not exist.</exception>
    public Task<IResult> AnswerAsync(string name, HttpRequest request) => AnswerAsync(
        ApiRoutes.All.Concat(DashboardRoutes.All).FirstOrDefault(route => route.Name == name)
            ?? throw new ArgumentException($"The route tables have no route '{name}'.", nameof(name)),
        request);

    /// <summary>Answers or refuses a request for a route.</summary>
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
        var asked = new ApiRequest(request, path) 
        {
            Caller = access.CallerOf(request),
            IsAdmin = access.Refuse(ApiRole.Admin, request) is null,
        };
        return await route.AnswerAsync(api, asked, request.HttpContext.RequestAborted);
    }
}
