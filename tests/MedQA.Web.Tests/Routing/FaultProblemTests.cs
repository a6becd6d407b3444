using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Web.Tests.Routing;

/// <summary>What callers are told of a fault: whose it is says the status, where it stands says the kind.</summary>
public sealed class FaultProblemTests
{
    public static TheoryData<FaultException, int, string, string, string?, int?> Faults => new()
    {
        { new InputException(new FaultLocation("cases.csv", 3), "the row has no options", "Write them"), 400, "no-question-set", "the row has no options. Write them.", null, 3 },
        { new InputException(new FaultLocation(Parameter: "continuation"), "It was not given out", "Ask without"), 400, "bad-parameter", "It was not given out. Ask without.", "continuation", null },
        { new InputException(new FaultLocation("Profile mine.json", Parameter: "profile", Field: "samples"), "\"samples\" is 0."), 400, "bad-parameter", "Profile mine.json: \"samples\" is 0.", "profile", null },
        { new InputException(new FaultLocation(Field: "rubric.axes[0].id"), "The id is given twice."), 400, "bad-body", "The id is given twice.", "rubric.axes[0].id", null },
        { new InputException("A comparison needs at least two runs."), 400, "bad-request", "A comparison needs at least two runs.", null, null },
        { new UnusableException("/srv/medqa/model.onnx", "it is empty", "Fetch it again"), 500, "damaged", "model.onnx: it is empty. Fetch it again.", null, null },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task A_fault_is_told_with_its_sentence_place_and_remedy(FaultException fault, int status, string kind, string detail, string? parameter, int? line)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() }, RequestServices = services };

        await ApiRoute.Fault(context, fault).ExecuteAsync(context);

        var problem = JsonElement.Parse(Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
        Assert.Equal((status, $"urn:medqa:{kind}", detail), (context.Response.StatusCode, problem.GetProperty("type").GetString(), problem.GetProperty("detail").GetString()));
        Assert.Equal(parameter, problem.TryGetProperty("parameter", out var named) ? named.GetString() : null);
        Assert.Equal(line, problem.TryGetProperty("line", out var number) ? number.GetInt32() : null);
    }
}
