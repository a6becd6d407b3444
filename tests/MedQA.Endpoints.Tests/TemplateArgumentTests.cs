using MedQA.Endpoints.Settings;
using MedQA.Testing.Loopback;

namespace MedQA.Endpoints.Tests;

/// <summary>A profile's variables for the chat template, as requests have them.</summary>
public sealed class TemplateArgumentTests
{
    [Fact]
    public async Task An_effort_is_the_field_of_that_name_and_the_others_are_variables_of_the_template()
    {
        Assert.Equal(
            """chat_template_kwargs {"a":1,"enable_thinking":false,"keep":true}, reasoning_effort "low", user "me" """.TrimEnd(),
            await FieldsAsync(
                """{"a":1,"enable_thinking":false,"reasoning_effort":"low"}""",
                """{"chat_template_kwargs": {"enable_thinking": true, "keep": true}, "reasoning_effort": "high", "user": "me"}"""));
    }

    [Fact]
    public async Task Without_arguments_the_file_decides() => Assert.Equal(
        """chat_template_kwargs {"enable_thinking":true}, reasoning_effort "high" """.TrimEnd(),
        await FieldsAsync(null, """{"chat_template_kwargs": {"enable_thinking": true}, "reasoning_effort": "high"}"""));

    [Fact]
    public async Task An_effort_alone_needs_no_variables() =>
        Assert.Equal("reasoning_effort \"low\"", await FieldsAsync("""{"reasoning_effort":"low"}""", "{}"));

    [Fact]
    public async Task The_file_says_whether_a_service_takes_variables_and_older_files_keep_their_fingerprint()
    {
        await using var server = LoopbackChatServer.Start();
        using var plain = new ModelFolder(server.EndpointJson());
        using var off = new ModelFolder(server.EndpointJson("\"supports\": {\"templateArguments\": false}"));
        using var on = new ModelFolder(server.EndpointJson("\"supports\": {\"templateArguments\": true}"));

        var descriptions = new[] { plain, off, on }.Select(static folder => EndpointFile.Read(folder.Path).Describe()).ToList();

        Assert.Equal([false, false, true], descriptions.Select(static description => description.TakesTemplateArguments));
        Assert.Equal(descriptions[0].Fingerprint, descriptions[1].Fingerprint);
        Assert.NotEqual(descriptions[0].Fingerprint, descriptions[2].Fingerprint);
    }

    private static async Task<string> FieldsAsync(string? arguments, string options)
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson($"\"supports\": {{\"templateArguments\": true}}, \"options\": {options}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        await using var prompt = await model.ReadAsync(ModelFolder.Prompt() with { TemplateArguments = arguments }, TestContext.Current.CancellationToken);
        await prompt.SampleAsync(ModelFolder.Request(), TestContext.Current.CancellationToken);
        string[] usual = ["max_tokens", "messages", "model", "stream", "temperature"];
        return string.Join(", ", Assert.Single(server.Exchanges).Request.Body.EnumerateObject()
            .Where(field => !usual.Contains(field.Name))
            .OrderBy(static field => field.Name, StringComparer.Ordinal)
            .Select(static field => $"{field.Name} {field.Value.GetRawText()}"));
    }
}
