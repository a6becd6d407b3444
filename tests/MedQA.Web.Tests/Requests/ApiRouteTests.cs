using MedQA.Pipeline.Storage;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MedQA.Web.Tests.Requests;

/// <summary>How a request ends that was not answered.</summary>
public sealed class ApiRouteTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_read_that_ends_because_its_caller_leaves_or_the_service_stops_is_no_fault(bool callerLeaves, bool serviceStops)
    {
        var (status, faults) = await AnswerAsync(callerLeaves, serviceStops);
        Assert.Equal(StatusCodes.Status499ClientClosedRequest, status);
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_read_that_ends_for_no_such_reason_is_a_fault_of_the_service()
    {
        var (status, faults) = await AnswerAsync(callerLeaves: false, serviceStops: false);
        Assert.Equal(StatusCodes.Status500InternalServerError, status);
        Assert.Single(faults);
    }

    private static async Task<(int? Status, IEnumerable<(LogLevel, string)> Faults)> AnswerAsync(bool callerLeaves, bool serviceStops)
    {
        using var caller = new CancellationTokenSource();
        using var service = new CancellationTokenSource();
        using var log = new SeenLog("none");
        await using var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(log)).BuildServiceProvider();
        var storage = StorageConnection.Open("UseDevelopmentStorage=true");
        var api = ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits()) with { Stopping = service.Token };
        var route = new ApiRoute("Read", HttpMethods.Get, "read", ApiRole.Reader, "Reads.", async (_, _, _) =>
        {
            await (callerLeaves ? caller : service).CancelAsync();
            throw new TaskCanceledException();
        });
        if (!callerLeaves && !serviceStops)
        {
            route = route with { Handler = static (_, _, _) => throw new TaskCanceledException() };
        }

        var http = new DefaultHttpContext { RequestServices = services };
        var result = await route.AnswerAsync(api, new ApiRequest(http.Request, new Dictionary<string, string>()), caller.Token);
        return ((result as IStatusCodeHttpResult)?.StatusCode, log.Lines.Where(static line => line.Level >= LogLevel.Error));
    }
}
