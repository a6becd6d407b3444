using System.CommandLine;
using MedQA.Tuning.Benchmarks;

return await new RootCommand("Measures what tuning a soft prompt gains.") { MeasureCommand.Create(), PlotCommand.Create() }.Parse(args).InvokeAsync();
