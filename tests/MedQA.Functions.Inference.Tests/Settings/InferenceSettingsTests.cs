using MedQA.Evaluation;
using MedQA.Functions.Hosting;
using MedQA.Functions.Inference.Settings;
using MedQA.Inference.Sessions;
using Microsoft.Extensions.Configuration;

namespace MedQA.Functions.Inference.Tests.Settings;

public sealed class InferenceSettingsTests
{
    private static readonly string Folder = Repository.PathOf("models", "reasoner");

    [Fact]
    public void Without_further_settings_a_GPU_computes_and_a_batch_is_left_after_ten_minutes()
    {
        var settings = Read(new() { ["Model:Folder"] = Folder });
        Assert.Equal((ExecutionProvider.Cuda, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(20)), (settings.Model.Provider, settings.Worker.BatchTime, settings.Worker.Drain));
    }

    [Fact]
    public void A_replica_of_Container_Apps_works_under_its_name() =>
        Assert.Equal("gpu--1-abc", Read(new() { ["Model:Folder"] = Folder, ["CONTAINER_APP_REPLICA_NAME"] = "gpu--1-abc" }).Worker.Name);

    [Theory]
    [InlineData("Model:Folder", null, "Model__Folder")]
    [InlineData("Model:Folder", "/no/such/folder", "does not exist")]
    [InlineData("Model:Provider", "tpu", "Cpu, Cuda")]
    [InlineData("Model:Threads", "-1", "Model__Threads")]
    [InlineData("Model:MemoryBudget", "4 GB", "a number of bytes")]
    [InlineData("Worker:BatchTime", "ten minutes", "00:10:00")]
    public void What_cannot_be_used_is_refused_by_its_name(string name, string? value, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Read(new() { ["Model:Folder"] = Folder, [name] = value })).Message, StringComparison.Ordinal);

    private static InferenceSettings Read(Dictionary<string, string?> values) => InferenceSettings.Read(new AppSettings(new ConfigurationBuilder().AddInMemoryCollection(values).Build()));
}
