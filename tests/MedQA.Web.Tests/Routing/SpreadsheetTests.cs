using System.Text;
using MedQA.Web.Routing;
using MedQA.Web.Tests.Rating;

namespace MedQA.Web.Tests.Routing;

/// <summary>Every route of the table that answers with CSV, asked for texts that spreadsheets would run.</summary>
public sealed class SpreadsheetTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task No_CSV_has_a_cell_that_a_spreadsheet_would_run()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var formulas = SpreadsheetText.Formulas;
        var questions = new StringBuilder("id,dataset,topic,question,option_a,option_b,answer\n");
        foreach (var (number, formula) in formulas.Index())
        {
            var quoted = formula.Replace("\"", "\"\"", StringComparison.Ordinal);
            questions.Append($"\"{quoted}{number}\",\"{quoted}\",\"{quoted}\",\"{quoted}{number}\",\"{quoted}one\",\"{quoted}two\",{(number % 2 == 0 ? "A" : "B")}\n\"{quoted}{number}\",x,x,,one,two,A\n");
        }

        var run = await server.FinishedRunAsync(questions.ToString());
        var (_, study, tokens) = await server.StudyAsync(new
        {
            name = "=Study",
            rubric = "lay-2",
            sources = new[] { new { name = "=source", csv = StudyCalls.Csv("alpha-model", formulas.Length), fileName = "answers.csv" } },
            raters = (string[])["=Ann"],
        });
        await server.BeginAsync(tokens[0]);
        foreach (var (place, formula) in formulas.Index())
        {
            await server.ClickAsync(tokens[0], new { id = StudyCalls.Id(), at = DateTimeOffset.UtcNow, place, kind = "comment", comment = formula, seconds = 1.5 });
        }

        foreach (var route in ApiRoutes.All.Where(static route => route.Contract!.MediaTypes.Contains("text/csv")))
        {
            (string, int)[] addresses = route.Name switch
            {
                "ListAnswers" => [($"/api/runs/{run}/answers", 4 * formulas.Length), ($"/api/runs/{run}/answers?filter=wrong", formulas.Length / 2)],
                "GetRunFile" => [($"/api/runs/{run}/files/answers.csv", 4 * formulas.Length), ($"/api/runs/{run}/files/rejected.csv", formulas.Length / 2)],
                "ListRatings" => [($"/api/studies/{study}/ratings", 2 * formulas.Length), ($"/api/studies/{study}/ratings?history=true", 2 * formulas.Length)],
                _ => throw new InvalidOperationException($"{route.Name} answers with CSV, and nobody has asked it for dangerous texts."),
            };
            foreach (var (address, guarded) in addresses)
            {
                var (response, _) = await server.GetAsync(address, "text/csv");
                Assert.True(response.IsSuccessStatusCode, address);
                SpreadsheetText.Check(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), guarded);
            }
        }
    }
}
