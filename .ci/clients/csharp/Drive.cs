// Drives a running service by the client that NSwag has generated: upload, progress, answers, report, a file, and a refusal.
//   Drive ADDRESS QUESTIONS.CSV
using System.Text;
using MedQA.Generated;

using var http = new HttpClient();
var client = new MedQAApi(http) { BaseUrl = args[0] };
using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
var cancel = limit.Token;

await using var questions = File.OpenRead(args[1]);
var started = await client.StartRunAsync("tiny", "medqa.csv", null, null, true, null, null, null, null, null, null, null, null, null, null, new FileParameter(questions, "medqa.csv", "text/csv"), cancel);
Check(started.Questions == 12, $"The upload was answered with {started.Questions} questions.");

using (var events = await client.WatchRunAsync(started.Run, null, cancel))
using (var lines = new StreamReader(events.Stream))
{
    var said = await lines.ReadToEndAsync(cancel);
    Check(said.Contains("event: run\n", StringComparison.Ordinal) && said.EndsWith("event: end\ndata: completed\n\n", StringComparison.Ordinal), $"The events were: {said}");
}

var run = await client.GetRunAsync(started.Run, null, cancel);
Check(run is { State: RunState.Completed, Done: 12, Failed: 0, Accuracy: not null, Finished: not null }, $"The run is {run.State}: {run.Reason}");

var page = await client.ListAnswersAsync(run.Run, null, null, null, null, null, 5, null, null, cancel);
Check(page.Answers.Count == 5 && page.Continuation is not null, $"The first page has {page.Answers.Count} answers.");
var rest = await client.ListAnswersAsync(run.Run, null, null, null, null, page.Continuation, 100, null, null, cancel);
Check(page.Answers.Concat(rest.Answers).Select(static answer => answer.Ordinal).SequenceEqual(Enumerable.Range(0, 12)), "The pages do not have the 12 answers in order.");
var wrong = await client.ListAnswersAsync(run.Run, Filter.Wrong, null, null, null, null, 100, null, null, cancel);
Check(wrong.Answers.Count == run.Graded - run.Correct && wrong.Answers.All(static answer => answer.Correct == false), "The wrong answers are others.");
var detail = await client.GetAnswerAsync(run.Run, page.Answers.First().Id, null, null, null, cancel);
Check(detail.Answer.Reasonings.Count > 0 && detail.Question.Options.Count == 4, "The answer has no reasonings, or no options.");

var report = await client.GetReportAsync(run.Run, null, cancel);
Check(report.Questions.Asked == 12 && report.Accuracy.Scored == 12 && report.Protocol.Profile.Name == "tiny", "The report is of something else.");
using (var file = await client.GetRunFileAsync(run.Run, "answers.csv", null, "bytes=0-9", null, cancel))
using (var text = new StreamReader(file.Stream, Encoding.UTF8))
{
    Check(file.StatusCode == 206 && (await text.ReadToEndAsync(cancel)).Length == 10, $"The part of the file came with status {file.StatusCode}.");
}

try
{
    await client.GetRunAsync("aaaaaaaaaaaaaaaa", null, cancel);
    Check(false, "There is a run aaaaaaaaaaaaaaaa.");
}
catch (ApiException<ProblemDetails> problem)
{
    Check(problem.StatusCode == 404 && problem.Result.Type == "urn:medqa:unknown-run", $"The refusal is {problem.StatusCode} {problem.Result.Type}.");
}

Check((await client.ListProfilesAsync(null, null, cancel)).Any(static profile => profile.Name == "self-consistency"), "The profiles are others.");
Console.WriteLine($"NSwag's client: run {run.Run} has {run.Correct} of {run.Graded} right.");

static void Check(bool isTrue, string fault)
{
    if (!isTrue)
    {
        throw new InvalidOperationException(fault);
    }
}
