using System.Text;
using MedQA.Endpoints.Protocol;

namespace MedQA.Endpoints.Tests.Protocol;

public sealed class ServiceErrorTests
{
    [Theory]
    [InlineData("""{"error": {"code": "unsupported_value", "param": "temperature", "message": "m"}}""", " (unsupported_value, field temperature)")]
    [InlineData("""{"error": {"code": null, "type": "invalid_request_error", "param": "messages[3].content"}}""", " (invalid_request_error, field messages[3].content)")]
    [InlineData("""{"object": "error", "type": "BadRequestError", "code": 400, "param": null}""", " (BadRequestError)")]
    [InlineData("""{"error": "model is loading"}""", "")]
    [InlineData("""{"detail": [{"loc": ["body"]}]}""", "")]
    [InlineData("<html>", "")]
    [InlineData("", "")]
    public void Only_names_of_errors_are_shown(string body, string shown) => Assert.Equal(shown, Read(body).Shown);

    [Theory]
    [InlineData("sk-proj-abc")]
    [InlineData("a fever of two days")]
    [InlineData("0a1b2c3d")]
    [InlineData("SECRET")]
    [InlineData("x4y")]
    public void What_could_be_a_key_or_a_text_is_not_shown(string text) =>
        Assert.Equal("", Read($$$"""{"error": {"code": "{{{text}}}", "type": "{{{text}}}", "param": "{{{text}}}"}}""").Shown);

    [Theory]
    [InlineData("This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.")]
    [InlineData("max_tokens must be at least 1, got -186.")]
    [InlineData("The input (9000 tokens) is longer than the model's context length (8192 tokens).")]
    [InlineData("the request exceeds the available context size")]
    public void Prompts_that_are_too_long_are_known_by_what_servers_say(string message) =>
        Assert.True(Read($$$"""{"error": {"message": "{{{message}}}"}}""").IsContextOverflow);

    [Fact]
    public void Azure_s_content_filter_is_known_by_either_code()
    {
        Assert.True(Read("""{"error": {"code": "content_filter"}}""").IsContentFilter);
        Assert.True(Read("""{"error": {"code": "BadRequest", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}""").IsContentFilter);
        Assert.False(Read("""{"error": {"code": "BadRequest"}}""").IsContentFilter);
    }

    private static ServiceError Read(string body) => ServiceError.Read(Encoding.UTF8.GetBytes(body), static text => text == "SECRET");
}
