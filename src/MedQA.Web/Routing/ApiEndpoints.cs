using System.Collections.Immutable;
using MedQA.Web.Access;
using MedQA.Web.Chat;
using MedQA.Web.Dashboard;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedQA.Web.Routing;

/// <summary>Maps the route tables to ASP.NET Core routing.</summary>
public static class ApiEndpoints
{
    /// <summary>Maps every route of the API and the dashboard, and those of the model if other tools may ask it.</summary>
    /// <param name="routes">The route builder.</param>
    /// <param name="api">The services that handlers use.</param>
    /// <param name="access">The access policy; by default everyone has access.</param>
    public static void MapApi(this IEndpointRouteBuilder routes, Api api, AccessPolicy? access = null)
    {
        var guarded = new GuardedApi(api, access ?? AccessPolicy.Anyone);
        foreach (var route in ApiRoutes.All.Concat(DashboardRoutes.All))
        {
            routes.MapMethods(route.Path, route.Methods, context => AnswerAsync(api, guarded, route, context)).WithName(route.Name);
        }

        ImmutableArray<ApiRoute> offered = api.Asked is null ? [] : ChatRoutes.All;
        foreach (var route in offered)
        {
            routes.MapMethods(route.Path, route.Methods, context =>
            {
                ChatRoutes.TakeBearerKey(context.Request);
                return AnswerAsync(api, guarded, route, context);
            }).WithName(route.Name);
        }

        routes.MapFallback("{**path}", context => ChatRoutes.InTheirShape(
            !offered.IsEmpty && context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal),
            UnknownRoute.Answer(context.Request, offered.AsSpan())).ExecuteAsync(context));
    }

    private static async Task AnswerAsync(Api api, GuardedApi guarded, ApiRoute route, HttpContext context)
    {
        try
        {
            var result = await guarded.AnswerAsync(route, context.Request);
            await ChatRoutes.InTheirShape(ChatRoutes.All.Contains(route), result).ExecuteAsync(context);
        }
        catch (Exception exception)
            when (!api.ThrowsFaults && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // A streamed result can fail here on the storage. Once a part is sent, only closing the connection can signal that.
            await ChatRoutes.InTheirShape(ChatRoutes.All.Contains(route), ApiRoute.Fault(context, exception)).ExecuteAsync(context);
        }
    }
}
