using System.Reflection;
using MedQA.Functions.Http;
using MedQA.Web.Dashboard;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Tests.Http;

public sealed class ApiFunctionsTests
{
    private static readonly (string Name, string[] Methods, string Path)[] Functions =
        [.. typeof(ApiFunctions).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(static method => (method.GetCustomAttribute<FunctionAttribute>()!, method.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()!))
            .Select(static pair => (pair.Item1.Name, pair.Item2.Methods ?? [], pair.Item2.Route ?? ""))];

    [Fact]
    public void There_is_one_function_per_row_of_the_route_tables_and_one_for_everything_else()
    {
        var table = ApiRoutes.All.Concat(DashboardRoutes.All).Select(static route => (route.Name, Methods: string.Join(", ", route.Methods), Path: FunctionPathOf(route.Path))).Order();
        var functions = Functions.Where(static function => function.Name != ApiFunctions.Everything)
            .Select(static function => (function.Name, Methods: string.Join(", ", function.Methods).ToUpperInvariant(), function.Path)).Order();
        Assert.Equal(table, functions);
        var unknown = Functions.Single(static function => function.Name == ApiFunctions.Everything);
        Assert.Empty(unknown.Methods);
        Assert.Equal("{*path}", unknown.Path);
        Assert.Equal(unknown.Name, Functions.Select(static function => function.Name).Order(StringComparer.OrdinalIgnoreCase).Last());
    }

    [Fact]
    public void The_host_asks_for_no_key_of_its_own_because_the_route_table_says_who_may_call() => Assert.All(
        typeof(ApiFunctions).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly),
        static method => Assert.Equal(AuthorizationLevel.Anonymous, method.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()!.AuthLevel));

    [Fact]
    public async Task A_function_answers_as_its_row_does()
    {
        var context = new DefaultHttpContext();
        var result = await new ApiFunctions(Harness.GuardedApi()).ListPublishedResults(context.Request);
        Assert.Equal("application/json", Assert.IsAssignableFrom<IContentTypeHttpResult>(result).ContentType);
        Assert.Equal("nosniff", context.Response.Headers.XContentTypeOptions);
    }

    [Fact]
    public void What_the_table_does_not_have_gets_problem_details()
    {
        var context = new DefaultHttpContext { Request = { Method = "PUT", Path = "/api/runs" } };
        var result = ApiFunctions.Unknown(context.Request);
        Assert.Equal(405, Assert.IsAssignableFrom<IStatusCodeHttpResult>(result).StatusCode);
    }

    private static string FunctionPathOf(string path) => path.Length == 0 ? ApiFunctions.Root : path;
}
