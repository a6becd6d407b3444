using MedQA.Web.Access;
using MedQA.Web.Dashboard;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedQA.Web.Routing;

/// <summary>Connects the route table to ASP.NET Core's routing.</summary>
public static class ApiEndpoints
{
    /// <summary>Maps every route of the interface and of the dashboard.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="api">What handlers work with.</param>
    /// <param name="access">Who may call what; without it whoever reaches the host.</param>
    public static void MapApi(this IEndpointRouteBuilder routes, Api api, AccessPolicy? access = null)
    {
        var guarded = new GuardedApi(api, access ?? AccessPolicy.Anyone);
        foreach (var route in ApiRoutes.All.Concat(DashboardRoutes.All))
        {
            routes.MapMethods(route.Path, route.Methods, context => AnswerAsync(api, guarded, route, context)).WithName(route.Name);
        }

        routes.MapFallback("{**path}", static context => UnknownRoute.Answer(context.Request).ExecuteAsync(context));
    }

    private static async Task AnswerAsync(Api api, GuardedApi guarded, ApiRoute route, HttpContext context)
    {
        try
        {
            var result = await guarded.AnswerAsync(route, context.Request);
            await result.ExecuteAsync(context);
        }
        catch (Exception exception)
            when (!api.ThrowsFaults && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // What streams from the storage meets the storage's faults here. Once a part is sent, only the end of the connection can tell.
            await ApiRoute.Fault(context, exception).ExecuteAsync(context);
        }
    }
}
