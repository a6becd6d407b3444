namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>Parameters that cannot work are refused before anything is made.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("param controlImage = 'registry.example/medqa-control:latest'", "controlImage must name the image by its digest")]
    [LongInlineData("param inferenceImage = ''", "inferenceImage must name the image by its digest")]
    [LongInlineData("param modelFingerprint = ''", "modelFingerprint (64 hexadecimal digits) and modelContextLength must describe the model")]
    [LongInlineData("param modelContextLength = 0", "modelFingerprint (64 hexadecimal digits) and modelContextLength must describe the model")]
    [LongInlineData("param entraClientId = ''", "accessMode EntraId needs entraClientId")]
    [LongInlineData("param sendNotices = true", "sendNotices needs noticeAddresses and noticeSecret")]
    [InlineData("param minWorkers = 5", "maxWorkers must not be below minWorkers")]
    public async Task A_parameter_that_cannot_work_is_named(string parameter, string message)
    {
        var refusal = await Deployment.RefusalAsync($"refused-{parameter.Split(' ')[1]}", parameter);
        Assert.Contains(message, refusal, StringComparison.Ordinal);
    }
}
